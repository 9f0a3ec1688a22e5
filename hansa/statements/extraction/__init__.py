"""From what stands in a sentence to claims: what is measured, of whom, when, in which words."""
