//! A test on both engines, each in a world of its own: `crate::world::World::new(engine)`.

/// `on_both! { a_name, another }`: functions that take a world. What is left out of the list is dead code, which is
/// refused.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::world::World::new($crate::world::Engine::Sqlite).await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if $crate::world::Engine::Postgres.is_here() {
                    super::$name($crate::world::World::new($crate::world::Engine::Postgres).await).await;
                }
            })*
        }
    };
}
pub(crate) use on_both;
