// A PostgreSQL database of one test file's own, on the server that AYUDA_TEST_POSTGRES names.
import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const SERVER = process.env.AYUDA_TEST_POSTGRES;

/** Why a test that needs one is left out; false where there is one. */
export const noPostgres = !SERVER && "AYUDA_TEST_POSTGRES is not set";

export class Database {
  static async create() {
    const database = new Database();
    database.name = `ayuda_end2end_${process.pid}`;
    await psql(`create database ${database.name}`);
    const url = new URL(SERVER);
    url.pathname = `/${database.name}`;
    database.url = url.href;
    return database;
  }

  drop() {
    return psql(`drop database ${this.name} with (force)`);
  }
}

function psql(statement) {
  return promisify(execFile)(findPsql(), ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname", SERVER, "--command", statement]);
}

/** The one on the PATH, else the newest of Debian's, which keeps them off it. */
function findPsql() {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort().reverse() : [];
  const folders = [...process.env.PATH.split(delimiter), ...versions.map((version) => join(debian, version, "bin"))];
  return folders.map((folder) => join(folder, "psql")).find((file) => existsSync(file)) ?? "psql";
}
