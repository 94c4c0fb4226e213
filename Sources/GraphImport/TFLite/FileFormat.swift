import NetworkIR

/// The formats that can be read, told apart by their first bytes.
enum FileFormat: Equatable {
  case onnx, tflite

  /// - Throws: `Refusal` saying what the file looks like instead.
  init(of bytes: [UInt8]) throws(Refusal) {
    guard !bytes.isEmpty else {
      throw Refusal(
        Diagnostic(
          code: "DG0101", message: "the file has 0 bytes, but a TFLite or ONNX model is needed",
          hint: "check that the download or export is complete"))
    }
    // A FlatBuffer names its schema behind the offset of its root table.
    if bytes.dropFirst(4).starts(with: "TFL3".utf8) {
      self = .tflite
    } else if Self.foreign(bytes) == nil, Self.startsWithModelField(bytes) {
      self = .onnx
    } else {
      let looks = Self.foreign(bytes) ?? "none of the formats known"
      throw Refusal(
        Diagnostic(
          code: "DG0102",
          message: "the file of \(bytes.count) bytes is neither TFLite nor ONNX; it looks like \(looks)",
          hint: "pass a .tflite file, or an ONNX model as one binary protobuf"))
    }
  }

  /// The refusal of a reading that is not modelled.
  static func notModelled(_ profile: ReferenceProfile, _ dialect: Dialect) -> Diagnostic {
    let modelled = dialect.profiles.map(\.rawValue).joined(separator: ", ")
    return Diagnostic(
      code: "DG0103",
      message: "profile \(profile.rawValue) is not modelled for \(dialect.rawValue), which has \(modelled)",
      hint: "use --profile \(dialect.profiles[0].rawValue)")
  }

  /// A format that is often passed by mistake, by the bytes it starts with; nil for anything else.
  private static func foreign(_ bytes: [UInt8]) -> String? {
    let signatures: [(start: [UInt8], name: String)] = [
      (Array("PK\u{3}\u{4}".utf8), "a zip archive, such as a PyTorch or Keras model"),
      ([0x89] + Array("HDF".utf8), "an HDF5 file, such as a Keras model"),
      ([0x1f, 0x8b], "a gzip archive"),
      ([0x80, 0x02], "a Python pickle"),
      (Array("version https://git-lfs".utf8), "a Git LFS pointer instead of the file it stands for"),
    ]
    if let match = signatures.first(where: { bytes.starts(with: $0.start) }) { return match.name }
    let head = bytes.prefix(512)
    let isText = head.allSatisfy { (0x20..<0x7f).contains($0) || [0x09, 0x0a, 0x0d].contains($0) }
    return isText ? "a text file" : nil
  }

  /// Whether the first byte is the tag of a field of ONNX's `ModelProto`: fields 1 and 5 are numbers, 2 to 4 and 6 to
  /// 14 are bytes; two-byte tags follow from field 16 on.
  private static func startsWithModelField(_ bytes: [UInt8]) -> Bool {
    [0x08, 0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72, 0xa2, 0xca, 0xd2].contains(bytes[0])
  }
}
