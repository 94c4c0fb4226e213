import Foundation
import NetworkIR
import Testing

/// Golden data of one public TFLite model: what TensorFlow Lite's own reference kernels computed.
struct TFLiteGolden {
  /// A file of numbers, or a part of one.
  private struct Numbers {
    var type: String
    var bytes: ArraySlice<UInt8>

    private var width: Int { ["float32": 4, "int32": 4, "int16": 2, "int64": 8][type] ?? 1 }
    var count: Int { bytes.count / width }

    /// Element `index` as a code; floats become one by scale and zero point, halves away from zero.
    func code(_ index: Int, scale: Float?, zeroPoint: Int, _ type: ElementType) -> Int32 {
      let start = bytes.startIndex + index * width
      let raw = (0..<width).reduce(UInt64(0)) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
      switch self.type {
      case "int8": return Int32(Int8(truncatingIfNeeded: raw))
      case "int16": return Int32(Int16(truncatingIfNeeded: raw))
      case "float32":
        let real = Float(bitPattern: UInt32(raw)) / (scale ?? 1)
        let code = Int(real.rounded(.toNearestOrAwayFromZero)) + zeroPoint
        return Int32(min(max(code, type.range.lowerBound), type.range.upperBound))
      default: return Int32(truncatingIfNeeded: raw)
      }
    }
  }

  let folder: String
  let network: Network

  private func contents(_ file: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder).appendingPathComponent(file)))
  }

  private func json<Value>(_ file: String, as type: Value.Type) throws -> Value? {
    let url = URL(fileURLWithPath: folder).appendingPathComponent(file)
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    return try JSONSerialization.jsonObject(with: try Data(contentsOf: url)) as? Value
  }

  /// The codes of each sample for one border of the network; nil where the file's floats are no codes.
  private func samples(_ description: [String: Any], _ boundary: Boundary) throws -> [[Int32]]? {
    let file = try #require(description["file"] as? String)
    let numbers = Numbers(type: try #require(description["dtype"] as? String), bytes: try contents(file)[...])
    guard numbers.type != "float32" || boundary.floatsAreCodes else { return nil }
    let tensor = network[boundary.tensor]
    let elements = tensor.shape.elements
    return (0..<numbers.count / elements).map { sample in
      tensor.origin.hwcOrder(
        (0..<elements).map {
          numbers.code(
            sample * elements + $0, scale: boundary.scale, zeroPoint: boundary.zeroPoint, tensor.type)
        })
    }
  }

  /// For each sample the codes of every input.
  func inputs() throws -> [[[Int32]]] {
    let golden = try #require(try json("manifest.json", as: [String: Any].self)?["golden"] as? [String: Any])
    let files = try #require(golden["inputs"] as? [[String: Any]])
    let inputs = try zip(files, network.inputs).map { try samples($0, $1) ?? [] }
    return (0..<(inputs.first?.count ?? 0)).map { sample in inputs.map { $0[sample] } }
  }

  /// For each output the codes of every sample; nil for an output behind which floats compute more.
  func outputs() throws -> [[[Int32]]?] {
    let golden = try #require(try json("manifest.json", as: [String: Any].self)?["golden"] as? [String: Any])
    let files = try #require(golden["outputs"] as? [[String: Any]])
    return try zip(files, network.outputs).map { try samples($0, $1) }
  }

  /// The codes of every tensor of sample 0 that the file lists and the network has.
  func intermediates() throws -> [TensorID: [Int32]] {
    guard let entries = try json("tensors_sample0.json", as: [[String: Any]].self) else { return [:] }
    let bytes = try contents("tensors_sample0.bin")
    var result: [TensorID: [Int32]] = [:]
    for entry in entries {
      guard let index = entry["tensor_index"] as? Int, let type = entry["dtype"] as? String, type != "float32",
        let id = network.tensors.firstIndex(where: { $0.origin.index == index }),
        let offset = entry["offset"] as? Int, let count = entry["nbytes"] as? Int
      else { continue }
      let tensor = network[id]
      let numbers = Numbers(type: type, bytes: bytes[offset..<offset + count])
      let codes = (0..<numbers.count).map { numbers.code($0, scale: nil, zeroPoint: 0, tensor.type) }
      result[id] = tensor.origin.hwcOrder(codes)
    }
    return result
  }
}
