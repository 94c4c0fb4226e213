import Foundation
import Testing

/// The built executable, run as a user would.
struct Tool {
  /// Exit status and both streams of a finished run.
  struct Outcome {
    var status: Int32
    var output: String
    var errors: String

    /// The output parsed as a JSON object.
    func json() throws -> [String: Any] {
      let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
      return try #require(value as? [String: Any])
    }
  }

  /// Beside the test bundle, where the package manager puts every product.
  static let path =
    Bundle.allBundles.lazy
    .map { $0.bundleURL.deletingLastPathComponent().appending(path: "dory-gen").path }
    .first { FileManager.default.isExecutableFile(atPath: $0) } ?? Self.besideArguments

  private static let besideArguments = URL(fileURLWithPath: CommandLine.arguments[0])
    .deletingLastPathComponent().appending(path: "dory-gen").path

  static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  static let digits = repository + "/Examples/digits/digits.tflite"

  /// Runs the tool, or another program, to its end; output goes through files, so that no pipe can fill up.
  static func run(
    _ arguments: [String], program: String = path, in folder: String? = nil, environment: [String: String]? = nil
  ) throws -> Outcome {
    try scratch { scratch in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: program)
      process.arguments = arguments
      process.standardInput = FileHandle.nullDevice
      if let environment { process.environment = environment }
      if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
      let (output, errors) = (scratch + "/out", scratch + "/err")
      for file in [output, errors] { try Data().write(to: URL(fileURLWithPath: file)) }
      process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
      process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
      try process.run()
      process.waitUntilExit()
      return Outcome(
        status: process.terminationStatus, output: try text(output), errors: try text(errors))
    }
  }

  /// A folder that is gone afterwards.
  static func scratch<Result>(_ body: (String) throws -> Result) throws -> Result {
    let url = FileManager.default.temporaryDirectory.appending(path: "command-line-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(url.path)
  }

  private static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
  }
}
