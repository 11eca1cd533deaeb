//! The database and the folder behind the desk's back.

use super::World;
use sqlx::AssertSqlSafe;
use std::path::PathBuf;
use uuid::Uuid;

impl World {
    /// One number out of the database.
    pub async fn count(&self, sql: &str) -> i64 {
        if let Some(url) = &self.options.database_url {
            let pool = sqlx::PgPool::connect(url).await.unwrap();
            let n = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&pool).await.unwrap();
            pool.close().await;
            n
        } else {
            let pool = sqlx::SqlitePool::connect(&self.database()).await.unwrap();
            let n = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&pool).await.unwrap();
            pool.close().await;
            n
        }
    }

    /// Changes the database as a crash leaves it.
    pub async fn force(&self, sql: &str) {
        self.try_force(sql).await.unwrap();
    }

    /// The same where the database may refuse it.
    pub async fn try_force(&self, sql: &str) -> sqlx::Result<()> {
        if let Some(url) = &self.options.database_url {
            let pool = sqlx::PgPool::connect(url).await.unwrap();
            let done = sqlx::query(AssertSqlSafe(sql)).execute(&pool).await;
            pool.close().await;
            done.map(drop)
        } else {
            let pool = sqlx::SqlitePool::connect(&self.database()).await.unwrap();
            let done = sqlx::query(AssertSqlSafe(sql)).execute(&pool).await;
            pool.close().await;
            done.map(drop)
        }
    }

    /// An id as the database's own language writes it.
    pub fn id_as_sql(&self, id: Uuid) -> String {
        let id = id.simple();
        if self.options.database_url.is_some() {
            format!("'{id}'::uuid")
        } else {
            format!("x'{id}'")
        }
    }

    fn database(&self) -> String {
        format!("sqlite:{}", self.options.data_dir.join("ayuda.db").display())
    }

    /// The kept mails, oldest first, as they were written.
    pub fn kept(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.options.data_dir.join("mail")) else {
            return vec![];
        };
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
    }

    /// What the links in the kept mails to visitors prove, oldest first: what only their readers have.
    pub fn mailed_tokens(&self) -> Vec<String> {
        let is_token = |c: char| c.is_ascii_alphanumeric() || "-_~".contains(c);
        let tokens = self.kept().into_iter().filter_map(|mail| {
            // Quoted-printable: lines go on after a `=`, and a `=` is written as its number.
            let mail = mail.replace("=\r\n", "").replace("=3D", "=");
            let (_, token) = mail.split_once("?k=")?;
            Some(token.chars().take_while(|c| is_token(*c)).collect())
        });
        tokens.collect()
    }
}
