"""The interface for programs: every record and every indicator, as JSON, described in OpenAPI."""
