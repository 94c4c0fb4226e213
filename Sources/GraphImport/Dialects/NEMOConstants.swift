import NetworkIR

extension GraphTensor {
  /// Number of elements of a tensor whose dimensions are fixed.
  var elements: Int { dimensions?.reduce(1, *) ?? 0 }

  /// The integers that a constant holds, whatever its type.
  ///
  /// - Parameters:
  ///   - allowed: what the integers may be.
  ///   - scale: every element is multiplied by it before it must be an integer.
  /// - Returns: the integers in the order of the file.
  /// - Throws: `NEMOProblem` where the tensor is no constant, or an element is no integer or not in `allowed`.
  func integers(in allowed: ClosedRange<Int>, scale: Double = 1) throws(NEMOProblem) -> [Int] {
    guard let data else { throw .notConstant(tensor: name) }
    var result: [Int] = []
    result.reserveCapacity(elements)
    for element in 0..<elements {
      let number = data.withUnsafeBytes { Self.number($0, element: element, type: type) }
      guard let number else { throw .notConstant(tensor: name) }
      let scaled = number * scale
      guard scaled == scaled.rounded() else { throw .notInteger(tensor: name, value: scaled, element: element) }
      guard let integer = Int(exactly: scaled), allowed.contains(integer) else {
        throw .outOfRange(tensor: name, value: scaled, element: element, allowed: allowed)
      }
      result.append(integer)
    }
    return result
  }

  /// One element as a double; exact for integers up to 2^53. nil for types that hold no numbers.
  private static func number(_ bytes: UnsafeRawBufferPointer, element: Int, type: ScalarType) -> Double? {
    func load<Value: FixedWidthInteger & BitwiseCopyable>(_: Value.Type) -> Value {
      Value(littleEndian: bytes.loadUnaligned(fromByteOffset: element * MemoryLayout<Value>.size, as: Value.self))
    }
    switch type {
    case .float32: return Double(Float(bitPattern: load(UInt32.self)))
    case .float64: return Double(bitPattern: load(UInt64.self))
    case .int8: return Double(load(Int8.self))
    case .uint8: return Double(load(UInt8.self))
    case .int16: return Double(load(Int16.self))
    case .uint16: return Double(load(UInt16.self))
    case .int32: return Double(load(Int32.self))
    case .uint32: return Double(load(UInt32.self))
    case .int64: return Double(load(Int64.self))
    case .uint64: return Double(load(UInt64.self))
    case .float16, .int4, .bool, .string, .other: return nil
    }
  }
}

/// How to walk through a weight tensor of the file in the order `[output][row][column][input]`, in elements.
struct WeightLayout {
  var outputs: Int
  var kernel: Extent
  var inputs: Int
  var outputStride: Int
  var rowStride: Int
  var columnStride: Int
  var inputStride: Int

  /// Whether the file has the elements in this order already.
  private var isContiguous: Bool {
    inputStride == 1 && (kernel.width == 1 || columnStride == inputs)
      && (kernel.height == 1 || rowStride == inputs * kernel.width) && outputStride == inputs * kernel.area
  }

  /// The 8-bit weights of a constant, reordered.
  ///
  /// - Precondition: the tensor has `outputs * kernel.area * inputs` elements, and the strides stay within them.
  /// - Throws: `NEMOProblem` naming the first weight that is no integer of 8 bits.
  func weights(of tensor: GraphTensor, scale: Double = 1) throws(NEMOProblem) -> [Int8] {
    guard tensor.data != nil else { throw .notConstant(tensor: tensor.name) }
    let allowed = Int(Int8.min)...Int(Int8.max)
    var narrow = scale == 1 && tensor.type == .float32 ? Self.narrowed(tensor) : nil
    // Other types, and weights that must be refused with the number and its place.
    if narrow == nil { narrow = try tensor.integers(in: allowed, scale: scale).map { Int8(truncatingIfNeeded: $0) } }
    guard let narrow else { return [] }
    return isContiguous ? narrow : reordered(narrow)
  }

  /// float32 to int8, nil where some value is no integer of 8 bits.
  private static func narrowed(_ tensor: GraphTensor) -> [Int8]? {
    guard let data = tensor.data else { return nil }
    let count = tensor.elements
    var exact = true
    let result = [Int8](unsafeUninitializedCapacity: count) { target, initialized in
      data.withUnsafeBytes { source in
        for element in 0..<count {
          let bits = source.loadUnaligned(fromByteOffset: element * 4, as: UInt32.self)
          let value = Float(bitPattern: UInt32(littleEndian: bits))
          let inside = value >= -128 && value <= 127
          let integer = Int32(inside ? value : 0)
          exact = exact && inside && Float(integer) == value
          target[element] = Int8(truncatingIfNeeded: integer)
        }
      }
      initialized = count
    }
    return exact ? result : nil
  }

  private func reordered(_ narrow: [Int8]) -> [Int8] {
    [Int8](unsafeUninitializedCapacity: narrow.count) { target, initialized in
      narrow.withUnsafeBufferPointer { source in
        var position = 0
        for output in 0..<outputs {
          for row in 0..<kernel.height {
            for column in 0..<kernel.width {
              let start = output * outputStride + row * rowStride + column * columnStride
              for input in 0..<inputs {
                target[position] = source[start + input * inputStride]
                position += 1
              }
            }
          }
        }
        initialized = position
      }
    }
  }
}

extension GraphNode {
  /// An integer attribute, or the value that ONNX gives it when absent.
  func int(_ name: String, default value: Int) -> Int {
    if case .int(let found) = attributes[name] { found } else { value }
  }

  /// A list of integers, or nil when absent.
  func ints(_ name: String) -> [Int]? {
    if case .ints(let found) = attributes[name] { found } else { nil }
  }

  /// A number, or nil when absent.
  func float(_ name: String) -> Float? {
    if case .float(let found) = attributes[name] { found } else { nil }
  }

  /// A text, or nil when absent.
  func string(_ name: String) -> String? {
    if case .string(let found) = attributes[name] { found } else { nil }
  }

  /// The name of an input, or nil where an optional one is absent.
  func input(_ index: Int) -> String? {
    index < inputs.count && !inputs[index].isEmpty ? inputs[index] : nil
  }
}
