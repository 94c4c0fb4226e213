import Foundation
import Testing

/// The collection of public networks beside the package, where it is present.
enum TFLiteSharedNetworks {
  /// `../shared/networks`, seen from the package.
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/networks")

  static var isPresent: Bool { FileManager.default.fileExists(atPath: folder.path) }

  /// Folders with a TFLite model, sorted.
  static var names: [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return all.filter { FileManager.default.fileExists(atPath: folder.path + "/\($0)/model.tflite") }.sorted()
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appendingPathComponent(name).appendingPathComponent("model.tflite")))
  }

  /// A JSON document of the network's folder; nil where there is none.
  static func json(_ name: String, _ file: String) throws -> [String: Any]? {
    let url = folder.appendingPathComponent(name).appendingPathComponent(file)
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    return try JSONSerialization.jsonObject(with: try Data(contentsOf: url)) as? [String: Any]
  }
}
