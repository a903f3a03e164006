"""From a Korean question to a typed reading of it.

    analysis = reader.analyse(question, catalog)           # normalise, morphemes, mentions of names
    resolutions = await erp.resolve(analysis.mentions)
    reading = reader.read(analysis, resolutions, context)  # spans, a covering, slots, a query or a question back

Pure: no network, no clock, no state between questions beside what the context hands in.
"""
