//! Sealing: how an append-only log can forget.
//!
//! What describes a person goes into the log only as ciphertext, under a data key of that person and data class. The
//! data keys live apart from the log, wrapped by a key-encryption key that lives apart from both. Destroying a person's
//! data keys erases them from the log and all its copies at once; rolling the key-encryption key erases them from the
//! copies of the key store.
//!
//! `KekProvider` wraps, `KeyStore` keeps what is wrapped, `KeyRing` holds the keys in clear for a while, and `Sealer`
//! uses them. The rest of the service needs the `Sealer`, and the `KeyRing` for erasures and rebuilds.

mod blob;
mod cache;
mod erasure;
mod kek;
mod key_store;
mod marks;
mod ring;
mod rolling;
mod sealer;
mod secret;
#[cfg(test)]
mod tests;

pub use cache::Cached;
pub use erasure::DestroyedKeys;
pub use kek::{
    EnvironmentKek, Epoch, FileKek, KekError, KekName, KekProvider, ToUnwrap, ToWrap, TransitKek, TransitSettings,
};
#[cfg(feature = "postgres")]
pub use key_store::PostgresKeyStore;
pub use key_store::{
    CopiedKeys, CopyKeysError, Doomed, Epochs, KeyPurpose, KeyStore, KeyStoreError, KeysPlace, MemoryKeyStore, Owner,
    Slot, SqliteKeyStore, Stored, WrappedKey, copy_keys,
};
pub use marks::BadMark;
pub use ring::{KeyError, KeyRing};
pub use rolling::{Preloaded, Rolled};
pub use sealer::{Binding, SealError, Sealer, UnsealError};
pub use secret::{CryptoFailed, DataKey, KEY_LEN, Key256, KeyId};
