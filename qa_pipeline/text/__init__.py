"""Chinese text as it is heard: normalization, spoken numbers, syllables, the phrase engine."""
