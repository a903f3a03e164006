"""Conversations, understanding of a question, composing and streaming of the answer."""
