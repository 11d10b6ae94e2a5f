"""The agreement's page, its forms, and the pages around it."""
