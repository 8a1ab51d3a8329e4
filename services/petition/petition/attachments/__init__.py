"""Files that come with a petition (附件): taken in as they stream, sealed, and shown to whom its text is shown."""
