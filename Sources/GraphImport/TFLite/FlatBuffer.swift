/// A FlatBuffers file that is not trusted: every access is checked against the bytes that are there.
///
/// All numbers are little-endian. Nothing recurses, and a reader cannot be made to visit more than `visitLimit` bytes,
/// whatever the offsets in the file say. Layout: https://flatbuffers.dev/internals.
struct FlatBuffer {
  let bytes: [UInt8]
  /// Bytes of vectors and strings that may still be visited. A file written by an encoder visits each byte once; one
  /// whose offsets point at the same bytes over and over would make a small file look large.
  private var visitLimit: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    visitLimit = 16 * bytes.count
  }

  /// A table: where it starts, and where its table of field offsets lies.
  struct Table {
    /// Absolute byte offset.
    var offset: Int
    var fields: Range<Int>
    /// Bytes of the table itself.
    var size: Int
    /// For messages: `subgraph 0`.
    var name: String
  }

  /// Elements that lie one behind the other.
  struct Vector {
    /// Absolute byte offset of the first element.
    var offset: Int
    var count: Int
    /// For messages.
    var name: String
  }

  /// The root table, whose offset stands in the first four bytes.
  func root(named name: String) throws(TFLiteFileProblem) -> Table {
    try table(at: Int(try number(UInt32.self, at: 0, of: name)), named: name)
  }

  /// The table that a field refers to, or nil where the field is absent.
  func table(_ slot: Int, of table: Table, named name: String) throws(TFLiteFileProblem) -> Table? {
    guard let position = try target(slot, of: table, named: name) else { return nil }
    return try self.table(at: position, named: name)
  }

  /// The table that element `index` of a vector of tables refers to.
  func table(_ index: Int, in vector: Vector, named name: String) throws(TFLiteFileProblem) -> Table {
    let position = vector.offset + 4 * index
    return try table(at: position + Int(try number(UInt32.self, at: position, of: name)), named: name)
  }

  /// The elements of `elementBytes` each (4 for tables) that a field refers to, or nil where the field is absent.
  mutating func vector(
    _ slot: Int, of table: Table, elementBytes: Int, named name: String
  ) throws(TFLiteFileProblem) -> Vector? {
    guard let position = try target(slot, of: table, named: name) else { return nil }
    let count = Int(try number(UInt32.self, at: position, of: name))
    let size = count * elementBytes
    try check(position + 4, bytes: size, of: name)
    try visit(size + 4, of: name)
    return Vector(offset: position + 4, count: count, name: name)
  }

  /// The numbers that a field refers to, or nil where the field is absent.
  mutating func numbers<Number: FixedWidthInteger>(
    _ slot: Int, of table: Table, as type: Number.Type, named name: String
  ) throws(TFLiteFileProblem) -> [Number]? {
    let width = MemoryLayout<Number>.size
    guard let vector = try vector(slot, of: table, elementBytes: width, named: name) else { return nil }
    var result: [Number] = []
    result.reserveCapacity(vector.count)
    for index in 0..<vector.count {
      result.append(try number(type, at: vector.offset + index * width, of: name))
    }
    return result
  }

  /// The text that a field refers to, or nil where the field is absent. Control characters become question marks, so
  /// that a name cannot reach a terminal as a command.
  mutating func string(_ slot: Int, of table: Table, named name: String) throws(TFLiteFileProblem) -> String? {
    guard let vector = try vector(slot, of: table, elementBytes: 1, named: name) else { return nil }
    let text = bytes[vector.offset..<vector.offset + vector.count].map { byte in
      byte < 0x20 || byte == 0x7f ? UInt8(ascii: "?") : byte
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// A number stored in the table itself, or `fallback` where the field is absent.
  func scalar<Number: FixedWidthInteger>(
    _ slot: Int, of table: Table, default fallback: Number
  ) throws(TFLiteFileProblem) -> Number {
    guard let position = try position(slot, of: table, bytes: MemoryLayout<Number>.size) else { return fallback }
    return try number(Number.self, at: position, of: table.name)
  }

  /// Bytes that a file places by absolute offset, behind the FlatBuffer proper.
  mutating func range(offset: UInt64, bytes count: UInt64, named name: String) throws(TFLiteFileProblem) -> [UInt8] {
    let start = Int(clamping: offset)
    let length = Int(clamping: count)
    try check(start, bytes: length, of: name)
    try visit(length, of: name)
    return [UInt8](bytes[start..<start + length])
  }
}

extension FlatBuffer {
  private mutating func visit(_ count: Int, of name: String) throws(TFLiteFileProblem) {
    visitLimit -= count
    guard visitLimit >= 0 else { throw .repeated(what: name, fileBytes: bytes.count) }
  }

  private func check(_ offset: Int, bytes count: Int, of name: String) throws(TFLiteFileProblem) {
    guard offset >= 0, offset <= bytes.count, count <= bytes.count - offset else {
      throw .pastEnd(what: name, offset: offset, bytes: count, fileBytes: bytes.count)
    }
  }

  private func number<Number: FixedWidthInteger>(
    _ type: Number.Type, at offset: Int, of name: String
  ) throws(TFLiteFileProblem) -> Number {
    let width = MemoryLayout<Number>.size
    try check(offset, bytes: width, of: name)
    var value: UInt64 = 0
    for index in 0..<width { value |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
    return Number(truncatingIfNeeded: value)
  }

  private func table(at offset: Int, named name: String) throws(TFLiteFileProblem) -> Table {
    let fields = offset - Int(try number(Int32.self, at: offset, of: name))
    let fieldsBytes = Int(try number(UInt16.self, at: fields, of: "the field list of \(name)"))
    try check(fields, bytes: max(fieldsBytes, 4), of: "the field list of \(name)")
    let size = Int(try number(UInt16.self, at: fields + 2, of: "the field list of \(name)"))
    try check(offset, bytes: size, of: name)
    guard fieldsBytes >= 4, size >= 4 else {
      throw .malformed(what: name, offset: offset, reason: "its sizes are \(fieldsBytes) and \(size) bytes, below 4")
    }
    return Table(offset: offset, fields: fields..<fields + fieldsBytes, size: size, name: name)
  }

  /// Where the field's value lies, or nil where the field is absent.
  private func position(_ slot: Int, of table: Table, bytes width: Int) throws(TFLiteFileProblem) -> Int? {
    let entry = table.fields.lowerBound + 4 + 2 * slot
    guard entry + 2 <= table.fields.upperBound else { return nil }
    let relative = Int(try number(UInt16.self, at: entry, of: table.name))
    guard relative != 0 else { return nil }
    guard relative + width <= table.size else {
      let reason = "field \(slot) takes \(width) bytes from \(relative) on, but the table has \(table.size)"
      throw .malformed(what: table.name, offset: table.offset, reason: reason)
    }
    return table.offset + relative
  }

  /// What an offset field points at.
  private func target(_ slot: Int, of table: Table, named name: String) throws(TFLiteFileProblem) -> Int? {
    guard let position = try position(slot, of: table, bytes: 4) else { return nil }
    return position + Int(try number(UInt32.self, at: position, of: name))
  }
}
