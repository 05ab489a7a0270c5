//! The file with the service's secret.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use zeroize::Zeroizing;

use crate::env::{Ids, Keys};

/// Reads the secret; where it is missing and may be made, makes it.
pub(super) fn load(path: &Path, may_make: bool, ids: &dyn Ids) -> Result<Keys, String> {
    let text = match fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == ErrorKind::NotFound && may_make => make(path, ids)?,
        Err(error) => {
            return Err(format!(
                "the key file {} can't be read: {error}. Make one with: openssl rand -hex 32 > {}",
                path.display(),
                path.display()
            ));
        }
    };
    let mut secret = Zeroizing::new([0_u8; 32]);
    hex::decode_to_slice(text.trim(), &mut *secret)
        .map_err(|_| format!("the key file {} has to hold 64 hexadecimal digits", path.display()))?;
    Ok(Keys::derive(&secret))
}

fn make(path: &Path, ids: &dyn Ids) -> Result<Zeroizing<String>, String> {
    let mut secret = Zeroizing::new([0_u8; 32]);
    ids.fill(&mut *secret);
    let text = Zeroizing::new(hex::encode(*secret));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    match written {
        Ok(()) => Ok(text),
        // Another replica was faster: its secret is the one.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            fs::read_to_string(path).map(Zeroizing::new).map_err(|error| error.to_string())
        }
        Err(error) => Err(format!("the key file {} can't be made: {error}", path.display())),
    }
}
