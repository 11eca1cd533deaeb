//! The end of a component. A view is one nested type: on the server it is erased, or compiling a page would take types
//! without end; in the browser it is not, because erasing costs a sixth of the wasm.

#[cfg(feature = "ssr")]
use leptos::prelude::*;

/// Erases a view's type.
#[cfg(feature = "ssr")]
pub fn erase(view: impl IntoView + 'static) -> AnyView {
    view.into_any()
}

/// Leaves a view's type as it is.
#[cfg(not(feature = "ssr"))]
pub fn erase<V>(view: V) -> V {
    view
}
