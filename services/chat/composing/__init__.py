"""From an exact result to Korean sentences that hold nothing but its figures and names.

    content = shapes.content_of(reading, result, …)      # atoms, flags, rows: what may be said
    language = Wording.for_shape(…).language(content)     # every legal sentence, as an automaton and as GBNF
    language.complete(prefix)                             # the narrator: the first path from a legal prefix

Pure: no model, no network.
"""
