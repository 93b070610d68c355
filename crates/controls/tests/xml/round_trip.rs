//! Random schemas and values: a tree, written as XML, is read as that tree; nothing else passes.
