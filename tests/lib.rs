//! The acceptance tests live beside this file, in `acceptance/`.
