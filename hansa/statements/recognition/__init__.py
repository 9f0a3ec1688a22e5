"""What stands in a text: sentences, numbers, money and per cents, times, places. Rules by words of each language."""
