//! Where the files of the workspace lie, and how messages name them.

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

/// A path as messages name it: relative to the workspace where it lies in it.
pub fn display(path: &Path) -> String {
    let within = path.strip_prefix(root()).unwrap_or(path);
    // The root itself.
    let shown = if within.as_os_str().is_empty() {
        Path::new(".")
    } else {
        within
    };
    shown.display().to_string()
}
