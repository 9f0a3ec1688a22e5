"""The pages that people use, a file for each; `frame` holds what all of them share."""
