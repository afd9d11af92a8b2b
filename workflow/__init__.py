"""The office's memory and rules: who may do what, when, and what it leaves behind.

Verbs live in modules named for a desk (``drafting``, ``reviewing``, ``signing_desk`` …). Each verb
takes the office, the actor and ids; it reads, lets a craft work on bytes, and writes one guarded
transaction that moves a row along its table and adds a journal line.
"""
