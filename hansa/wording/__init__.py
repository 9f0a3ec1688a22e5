"""What Hansa says to people: sentences with their figures, and the languages they are said in."""

from hansa.wording.sentence import Amount, Evidence, Name, Sentence, Value, mark
from hansa.wording.words import Words, languages

__all__ = ["Amount", "Evidence", "Name", "Sentence", "Value", "Words", "languages", "mark"]
