"""The self-service page of customers: edges only, every act is a verb's."""
