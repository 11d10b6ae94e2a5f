"""Real servers for the tests, each in a temporary directory that disappears with the test run."""
