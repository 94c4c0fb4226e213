import NetworkIR

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
  /// - Throws: `IntegerONNXProblem` naming the first weight that is no integer of 8 bits.
  func weights(of tensor: GraphTensor, scale: Double = 1) throws(IntegerONNXProblem) -> [Int8] {
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
