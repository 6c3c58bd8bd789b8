"""The service's own sentences, by language and subject: `<language>/<subject>.toml`."""
