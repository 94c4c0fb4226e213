package import NetworkIR

/// Where the inputs of a run come from.
package enum SampleSource: Sendable {
  case golden(String)
  /// One file per network input; each holds one sample or a stack.
  case files([String])
  case random(count: Int, seed: UInt64)

  /// Reads or makes the samples.
  ///
  /// - Throws: `Refusal` where files don't fit the network.
  package func load(for network: Network) throws(Refusal) -> GoldenData {
    let data =
      switch self {
      case .golden(let path): try GoldenFolder.read(path, for: network)
      case .files(let paths): try Self.read(paths, for: network)
      case .random(let count, let seed): Self.random(count: count, seed: seed, for: network)
      }
    guard !data.samples.isEmpty else {
      throw Refusal(
        Diagnostic(code: "DG0026", message: "there are 0 samples to run", hint: "give at least one sample"))
    }
    return data
  }

  private static func read(_ paths: [String], for network: Network) throws(Refusal) -> GoldenData {
    guard paths.count == network.inputs.count else {
      throw Refusal(
        Diagnostic(
          code: "DG0025",
          message: "\(paths.count) input files given, but the network has \(network.inputs.count) inputs",
          hint: "give one --input per network input, in the order that 'check' lists them"))
    }
    var inputs: [[[Int32]]] = []
    for (path, boundary) in zip(paths, network.inputs) {
      let bytes = try ModelFile.read(path)
      let array: NumericArray
      if path.hasSuffix(".npy") {
        array = try NPY.decode(bytes, path: path)
      } else {
        array = try raw(bytes, path: path, tensor: network[boundary.tensor])
      }
      inputs.append(
        try TensorDecoder(network: network, path: path).samples(array, of: boundary.tensor, boundary: boundary))
    }
    return GoldenData(samples: try GoldenData.transposed(inputs, path: paths.joined(separator: ", ")))
  }

  /// A file without a header: packed codes in the model's own order.
  private static func raw(_ bytes: [UInt8], path: String, tensor: Tensor) throws(Refusal) -> NumericArray {
    guard !bytes.isEmpty, bytes.count % tensor.bytes == 0 else {
      throw Refusal(
        Diagnostic(
          code: "DG0021", file: path,
          message: "has \(bytes.count) bytes, which is no multiple of the \(tensor.bytes) of '\(tensor.name)'",
          hint: "give packed \(tensor.type.rawValue) codes, or an .npy file"))
    }
    let count = bytes.count / tensor.bytes
    let values = PackedCodes.unpack(bytes[...], type: tensor.type, count: count * tensor.shape.elements)
    return NumericArray(
      scalar: .int32, dimensions: [count] + tensor.origin.dimensions.drop { $0 == 1 }, values: values.map(Double.init))
  }

  private static func random(count: Int, seed: UInt64, for network: Network) -> GoldenData {
    var generator = SplitMix64(seed: seed)
    let samples = (0..<count).map { _ in
      network.inputs.map { boundary in
        let tensor = network[boundary.tensor]
        return (0..<tensor.shape.elements).map { _ in Int32(Int.random(in: tensor.values, using: &generator)) }
      }
    }
    return GoldenData(samples: samples)
  }
}

/// A small seeded generator, the same on every machine. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014.
package struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
