import Foundation
import NetworkIR
import Testing

/// Networks that others made, with golden data, in a folder beside the checkout; the project stands without them.
enum SharedNetworks {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "shared/networks").path

  static var present: Bool { FileManager.default.fileExists(atPath: root + "/manifest.json") }

  /// The folder of the project's own trained example, with golden data from a foreign runtime.
  static let ownExample = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Examples/digits").path

  /// Path of the model file in a network's folder: the one whose tensors the golden data names.
  static func model(_ name: String) -> String {
    let folder = root + "/" + name
    let names = ["model.tflite", "model.cleaned.onnx", "model.onnx"]
    let found = names.first { FileManager.default.fileExists(atPath: folder + "/" + $0) }
    return folder + "/" + (found ?? "model.onnx")
  }

  /// The integers that a network reads, where its file says no more than that they are written as floats.
  static func inputType(_ name: String) -> ElementType? { name == "deeploy_cnn_linear1" ? .int8 : nil }

  /// One line of the folder's table of contents.
  struct Entry: Decodable {
    var name: String
    var role: String
    var macs: Int?
  }

  /// Every network with golden data, by name.
  static let golden: [Entry] = {
    struct Contents: Decodable { var models: [Entry] }
    let data = FileManager.default.contents(atPath: root + "/manifest.json") ?? Data()
    let contents = try? JSONDecoder().decode(Contents.self, from: data)
    return (contents?.models ?? []).filter { $0.role == "golden" }.sorted { $0.name < $1.name }
  }()
}

/// A network and the smallest total L2 it is verified in, so that everything is tiled and streamed.
struct TightNetwork: CustomTestStringConvertible, Sendable {
  var name: String
  var l2Bytes: Int

  var testDescription: String { name }

  static let all = [
    TightNetwork(name: "mlperf_ic_resnet8_int8", l2Bytes: 196_608),
    TightNetwork(name: "mlperf_kws_dscnn_int8", l2Bytes: 196_608),
    TightNetwork(name: "mlperf_vww_mnv1_int8", l2Bytes: 196_608),
    TightNetwork(name: "mlperf_ad_fcae_int8", l2Bytes: 196_608),
    TightNetwork(name: "nemo_penguinet_32", l2Bytes: 262_144),
    TightNetwork(name: "nemo_frontnet", l2Bytes: 262_144),
    TightNetwork(name: "nemo_dronet_complete", l2Bytes: 393_216),
    TightNetwork(name: "nemo_tcn_t", l2Bytes: 196_608),
  ]
}
