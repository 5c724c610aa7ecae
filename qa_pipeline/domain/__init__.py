"""The nouns of the project: frozen values, standard library only.

Every other package speaks in these types. Times are integer milliseconds from
the start of the recording (`_ms`), rates are Han characters per minute
(`_cpm`), ratios and probabilities lie in 0..1.
"""
