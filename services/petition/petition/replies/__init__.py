"""The reply library (答复口径库): answers that province and cities share, and how a question finds its own."""
