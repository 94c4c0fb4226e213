/// Finds the place where a protobuf message breaks, for the message to the user.
///
/// Walks only the lengths of the fields, as deep as the format has messages that the reader knows.
struct ONNXWireScan {
  private let bytes: [UInt8]

  /// The messages of the format whose inside is walked.
  private enum Message: String {
    case model, graph, node, attribute, tensor, leaf

    /// The message that a field holds; numbers as in onnx.proto.
    func child(field: UInt64) -> Message {
      switch (self, field) {
      case (.model, 7): .graph
      case (.graph, 1): .node
      case (.graph, 5): .tensor
      case (.node, 5): .attribute
      case (.attribute, 5): .tensor
      default: .leaf
      }
    }
  }

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Where the first break is, or what else can be wrong when all lengths fit.
  func explanation() -> String {
    firstBreak(in: .model, path: "model", range: 0..<bytes.count)
      ?? "the lengths of all fields fit, but some text is no UTF-8 or some number is malformed"
  }

  private func firstBreak(in message: Message, path: String, range: Range<Int>) -> String? {
    var position = range.lowerBound
    var count: [UInt64: Int] = [:]
    while position < range.upperBound {
      let start = position
      guard let tag = varint(&position, end: range.upperBound), tag >> 3 > 0 else {
        return "byte \(start) of \(bytes.count) in \(path) starts no field"
      }
      let field = tag >> 3
      switch tag & 7 {
      case 0:
        guard varint(&position, end: range.upperBound) != nil else {
          return "field \(field) of \(path) at byte \(start) is cut off at byte \(range.upperBound)"
        }
      case 1, 5:
        position += tag & 7 == 1 ? 8 : 4
        guard position <= range.upperBound else {
          return "field \(field) of \(path) at byte \(start) is cut off at byte \(range.upperBound)"
        }
      case 2:
        guard let length = varint(&position, end: range.upperBound) else {
          return "the length of field \(field) of \(path) at byte \(start) is cut off at byte \(range.upperBound)"
        }
        let available = range.upperBound - position
        guard length <= UInt64(available) else {
          return "field \(field) of \(path) at byte \(start) needs \(length) bytes but only \(available) are left"
        }
        let end = position + Int(length)
        let child = message.child(field: field)
        if child != .leaf {
          let inner = "\(path).\(child.rawValue)[\(count[field, default: 0])]"
          if let found = firstBreak(in: child, path: inner, range: position..<end) { return found }
        }
        position = end
      default: return "byte \(start) of \(bytes.count) in \(path) has the unknown wire type \(tag & 7)"
      }
      count[field, default: 0] += 1
    }
    return nil
  }

  /// Reads a base-128 number of at most ten bytes, or nil where it does not end before `end`.
  private func varint(_ position: inout Int, end: Int) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 70, by: 7) {
      guard position < end else { return nil }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << UInt64(shift)
      if byte < 0x80 { return value }
    }
    return nil
  }
}
