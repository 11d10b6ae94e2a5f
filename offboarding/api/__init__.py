"""The API for integrations, below ``/api/v1/``: it reads records and calls the same verbs as every other edge.

Each package brings its resources in a module ``api.resources``; ``urls`` finds them.
"""
