"""Role api: what stands between an HTTP request and a handler."""
