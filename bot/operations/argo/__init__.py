"""Argo Rollouts: its kinds, how far a Rollout has come, and what each operation would send. All of it is pure.

Rules of all files here: argoproj/argo-rollouts v1.10 `pkg/kubectl-argo-rollouts`, `utils/{rollout,replicaset}`.
"""
