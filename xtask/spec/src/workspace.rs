//! Where the workspace is.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The root of the workspace: that of the crate this was built from, or the one whose `xtask` folder `XTASK_MANIFEST_DIR`
/// names (for tests).
pub fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let tools = std::env::var_os("XTASK_MANIFEST_DIR").map(PathBuf::from);
        let tools = tools.as_deref().or(Path::new(env!("CARGO_MANIFEST_DIR")).parent());
        tools.and_then(Path::parent).unwrap_or(Path::new(".")).to_path_buf()
    });
    &ROOT
}
