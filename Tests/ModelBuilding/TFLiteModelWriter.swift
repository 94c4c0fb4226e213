/// A part of a FlatBuffers file to be written, for models made by tests.
package indirect enum TFLitePart: Sendable {
  /// Little-endian numbers of one width, as a vector.
  case bytes([UInt8]), int32s([Int32]), int64s([Int64]), floats([Float])
  case parts([TFLitePart])
  case table([Int: TFLiteField])

  /// A string, or a name.
  package static func text(_ text: String) -> TFLitePart { .bytes(Array(text.utf8)) }
}

/// A field of a table.
package enum TFLiteField: Sendable {
  case byte(Int8), int32(Int32), float(Float)
  case part(TFLitePart)
}

/// Writes parts one behind the other, each table with a field list of its own.
package struct TFLiteModelWriter {
  /// What was written.
  package private(set) var bytes: [UInt8] = []

  /// The whole file, whose root is `table`.
  package static func file(_ table: TFLitePart) -> [UInt8] {
    var writer = TFLiteModelWriter()
    writer.bytes = [0, 0, 0, 0] + Array("TFL3".utf8)
    let root = writer.append(table)
    writer.patch(0, UInt32(root))
    return writer.bytes
  }

  private mutating func patch(_ position: Int, _ value: UInt32) {
    for index in 0..<4 { bytes[position + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index)) }
  }

  private mutating func number<Number: FixedWidthInteger>(_ value: Number) {
    for index in 0..<MemoryLayout<Number>.size { bytes.append(UInt8(truncatingIfNeeded: value >> Number(8 * index))) }
  }

  /// - Returns: where the part begins.
  private mutating func append(_ part: TFLitePart) -> Int {
    while bytes.count % 8 != 4 { bytes.append(0) }
    let start = bytes.count
    switch part {
    case .bytes(let values): number(UInt32(values.count)); bytes += values
    case .int32s(let values): number(UInt32(values.count)); values.forEach { number($0) }
    case .int64s(let values): number(UInt32(values.count)); values.forEach { number($0) }
    case .floats(let values): number(UInt32(values.count)); values.forEach { number($0.bitPattern) }
    case .parts(let parts):
      number(UInt32(parts.count))
      let slots = bytes.count
      bytes += [UInt8](repeating: 0, count: 4 * parts.count)
      for (index, part) in parts.enumerated() { refer(from: slots + 4 * index, to: part) }
    case .table(let fields): return append(fields)
    }
    return start
  }

  private mutating func refer(from position: Int, to part: TFLitePart) {
    let target = append(part)
    patch(position, UInt32(target - position))
  }

  /// The field list first, then the table; every field takes four bytes.
  private mutating func append(_ fields: [Int: TFLiteField]) -> Int {
    let list = bytes.count
    let slots = (fields.keys.max() ?? -1) + 1
    let present = fields.keys.sorted()
    number(UInt16(4 + 2 * slots))
    number(UInt16(4 + 4 * present.count))
    for slot in 0..<slots { number(UInt16(present.firstIndex(of: slot).map { 4 + 4 * $0 } ?? 0)) }
    while bytes.count % 4 != 0 { bytes.append(0) }
    let start = bytes.count
    number(Int32(start - list))
    bytes += [UInt8](repeating: 0, count: 4 * present.count)
    for (index, slot) in present.enumerated() {
      let position = start + 4 + 4 * index
      switch fields[slot] {
      case .byte(let value): bytes[position] = UInt8(bitPattern: value)
      case .int32(let value): patch(position, UInt32(bitPattern: value))
      case .float(let value): patch(position, value.bitPattern)
      case .part(let part): refer(from: position, to: part)
      case nil: break
      }
    }
    return start
  }
}

/// A model of one subgraph, in the terms of the schema.
package struct TFLiteTestModel: Sendable {
  /// An activation, or a constant where it has data.
  package struct Tensor: Sendable {
    package var name: String
    package var dimensions: [Int32]
    /// The schema's number: 0 float32, 2 int32, 3 uint8, 4 int64, 7 int16, 9 int8, 17 int4.
    package var type: Int8 = 9
    package var data: [UInt8] = []
    package var scales: [Float] = [0.5]
    package var zeroPoints: [Int64] = [0]
    package var dimension: Int32 = 0

    package init(
      name: String, dimensions: [Int32], type: Int8 = 9, data: [UInt8] = [], scales: [Float] = [0.5],
      zeroPoints: [Int64] = [0], dimension: Int32 = 0
    ) {
      self.name = name
      self.dimensions = dimensions
      self.type = type
      self.data = data
      self.scales = scales
      self.zeroPoints = zeroPoints
      self.dimension = dimension
    }
  }

  /// One operator.
  package struct Operator: Sendable {
    /// The schema's number of the built-in operator.
    package var code: Int32
    package var inputs: [Int32]
    package var outputs: [Int32]
    /// The schema's number of the options, and their fields.
    package var options: (union: Int8, fields: [Int: TFLiteField])

    package init(
      code: Int32, inputs: [Int32], outputs: [Int32], options: (union: Int8, fields: [Int: TFLiteField]) = (0, [:])
    ) {
      self.code = code
      self.inputs = inputs
      self.outputs = outputs
      self.options = options
    }
  }

  package var tensors: [Tensor]
  package var operators: [Operator]
  package var inputs: [Int32]
  package var outputs: [Int32]

  package init(tensors: [Tensor], operators: [Operator], inputs: [Int32], outputs: [Int32]) {
    self.tensors = tensors
    self.operators = operators
    self.inputs = inputs
    self.outputs = outputs
  }

  /// The file, with a code for each operator and a buffer for each tensor behind the empty buffer 0.
  package var bytes: [UInt8] {
    let codes = operators.map { TFLitePart.table([0: .byte(Int8(clamping: $0.code)), 3: .int32($0.code)]) }
    let subgraph = TFLitePart.table([
      0: .part(.parts(tensors.enumerated().map { Self.part($1, buffer: $0 + 1) })),
      1: .part(.int32s(inputs)), 2: .part(.int32s(outputs)),
      3: .part(.parts(operators.enumerated().map { Self.part($1, code: $0) })),
    ])
    let buffers = [TFLitePart.table([:])] + tensors.map { .table($0.data.isEmpty ? [:] : [0: .part(.bytes($0.data))]) }
    return TFLiteModelWriter.file(
      .table([
        0: .int32(3), 1: .part(.parts(codes)), 2: .part(.parts([subgraph])), 3: .part(.text("test")),
        4: .part(.parts(buffers)),
      ]))
  }

  private static func part(_ tensor: Tensor, buffer: Int) -> TFLitePart {
    var fields: [Int: TFLiteField] = [
      0: .part(.int32s(tensor.dimensions)), 1: .byte(tensor.type), 2: .int32(Int32(buffer)),
      3: .part(.text(tensor.name)),
    ]
    if !tensor.scales.isEmpty {
      fields[4] = .part(
        .table([
          2: .part(.floats(tensor.scales)), 3: .part(.int64s(tensor.zeroPoints)), 6: .int32(tensor.dimension),
        ]))
    }
    return .table(fields)
  }

  private static func part(_ operation: Operator, code: Int) -> TFLitePart {
    .table([
      0: .int32(Int32(code)), 1: .part(.int32s(operation.inputs)), 2: .part(.int32s(operation.outputs)),
      3: .byte(operation.options.union), 4: .part(.table(operation.options.fields)),
    ])
  }

  /// A depthwise convolution (depth multiplier 2, 3x3, SAME, RELU), a reshape and a softmax: 1x5x4x2 to 80 channels.
  package static var small: TFLiteTestModel {
    let weights = (0..<36).map { UInt8(truncatingIfNeeded: $0 * 7 - 100) }
    return TFLiteTestModel(
      tensors: [
        Tensor(name: "x", dimensions: [1, 5, 4, 2], zeroPoints: [-3]),
        Tensor(
          name: "w", dimensions: [1, 3, 3, 4], data: weights, scales: [0.1, 0.2, 0.3, 0.4], zeroPoints: [0, 0, 0, 0],
          dimension: 3),
        Tensor(name: "b", dimensions: [4], type: 2, data: [UInt8](repeating: 1, count: 16)),
        Tensor(name: "y", dimensions: [1, 5, 4, 4], scales: [32], zeroPoints: [-20]),
        Tensor(name: "", dimensions: [1, 80], scales: [32], zeroPoints: [-20]),
        Tensor(name: "y", dimensions: [1, 80], scales: [0x1p-8], zeroPoints: [-128]),
      ],
      operators: [
        Operator(
          code: 4, inputs: [0, 1, 2], outputs: [3],
          options: (2, [0: .byte(0), 1: .int32(1), 2: .int32(1), 3: .int32(2), 4: .byte(1)])),
        Operator(code: 22, inputs: [3], outputs: [4]),
        Operator(code: 25, inputs: [4], outputs: [5], options: (9, [0: .float(1)])),
      ], inputs: [0], outputs: [5])
  }
}
