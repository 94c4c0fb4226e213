import Foundation
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

  /// Path of the model file in a network's folder.
  static func model(_ name: String) -> String {
    let folder = root + "/" + name
    let tflite = folder + "/model.tflite"
    return FileManager.default.fileExists(atPath: tflite) ? tflite : folder + "/model.onnx"
  }
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
