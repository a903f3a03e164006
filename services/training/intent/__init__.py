"""The intent model: a softmax regression over sentence embeddings.

sentences  templates by label, filled and varied; which of them are held back
embedding  the embedder that serves it, with what it embedded kept between runs
softmax    the regression, its temperature, its thresholds
training   fits it, and scores it on held-back sentences
card       the weights and the model card in triton_models/intent
"""
