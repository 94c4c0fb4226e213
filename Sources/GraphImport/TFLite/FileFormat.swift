import NetworkIR

/// The formats that can be read, told apart by their first bytes.
enum FileFormat: Equatable {
  case onnx, tflite

  /// - Throws: `Refusal` saying what the file looks like instead.
  init(of bytes: [UInt8]) throws(Refusal) {
    guard !bytes.isEmpty else {
      throw Refusal(FormatReason.empty.reason.diagnostic([]))
    }
    // A FlatBuffer names its schema behind the offset of its root table.
    if bytes.dropFirst(4).starts(with: "TFL3".utf8) {
      self = .tflite
    } else if Self.foreign(bytes) == nil, Self.startsWithModelField(bytes) {
      self = .onnx
    } else {
      let looks = Self.foreign(bytes) ?? "none of the formats known"
      throw Refusal(FormatReason.unknown.reason.diagnostic([bytes.count, looks]))
    }
  }

  /// The refusal of a reading that is not modelled.
  static func notModelled(_ profile: ReferenceProfile, _ dialect: Dialect) -> Diagnostic {
    let modelled = dialect.profiles.map(\.rawValue).joined(separator: ", ")
    return FormatReason.profile.reason.diagnostic([profile.rawValue, dialect.rawValue, modelled])
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

/// Why a file is refused before it is read as one of the formats.
enum FormatReason: ReasonList {
  case empty, unknown, profile

  /// The message of each, with what to do.
  var reason: Reason {
    switch self {
    case .empty:
      Reason(
        "DG0101", "the file has 0 bytes, but a TFLite or ONNX model is needed",
        hint: "check that the download or export is complete")
    case .unknown:
      Reason(
        "DG0102", "the file of <count> bytes is neither TFLite nor ONNX; it looks like <kind>",
        hint: "pass a .tflite file, or an ONNX model as one binary protobuf")
    case .profile:
      Reason(
        "DG0103", "profile <name> is not modelled for <dialect>, which has <names>",
        hint: "leave --profile out, or give one that is modelled")
    }
  }
}
