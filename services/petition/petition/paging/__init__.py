"""Paging (传呼值班、接警): what can't wait reaches the duty officer at once, and somebody takes it."""
