import Foundation

/// Reads a table that `Oracle/make_tables.py` wrote.
func oracleTable<Row: Decodable>(_ name: String, of row: Row.Type = Row.self) throws -> [Row] {
  let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Oracle")
  return try JSONDecoder().decode([Row].self, from: Data(contentsOf: folder.appending(path: name)))
}
