"""Training of the graphs that memo-bert runs: DenseFace, wav2vec 2.0 and MEmoBERT.

Data flows one way here as well: `*_data` modules read corpora, `*_model` modules are plain
`torch.nn` modules, `train_*` modules are commands that write checkpoints below `training/runs/`,
and `export` turns the best checkpoints into the bundle `public/models/<name>/`; `convert` does so with
the checkpoints of others.
"""
