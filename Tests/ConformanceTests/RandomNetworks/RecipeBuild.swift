import CEmitter
import Foundation
import Templates

@testable import Deployment

/// Builds generated projects; what is the same in all of them is compiled once.
///
/// Objects of files that no figure of a network reaches are kept, and put into the folder of the next build with the record
/// of its flags, so that its own Makefile finds them up to date.
final class RecipeBuild {
  private let folder: String
  /// Folders of kept objects.
  private var objects: [HostBuild: String] = [:]

  init(in folder: String) { self.folder = folder }

  /// The sources that no figure of a network reaches.
  private static let shared: Set<String> = {
    let files = Templates.files.filter { file in
      guard file.path.hasSuffix(".c") else { return false }
      let text = String(decoding: file.contents, as: UTF8.self)
      return !text.contains("\"network.h\"") && !text.contains("\"weights.h\"")
    }
    return Set(files.map(\.path).filter { ["runtime", "kernels", "simulator"].contains($0.split(separator: "/")[0]) })
  }()

  /// Writes a project.
  ///
  /// - Returns: its folder.
  func write(_ files: [GeneratedFile]) throws -> String {
    let path = folder + "/project"
    try? FileManager.default.removeItem(atPath: path)
    for file in files where !file.path.hasPrefix("cluster/") {
      let url = URL(fileURLWithPath: path + "/" + file.path)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(file.contents).write(to: url)
    }
    return path
  }

  /// Builds the program of a project.
  ///
  /// - Returns: nil, or what the compiler said where it failed.
  func build(_ project: String, _ kind: HostBuild) async throws -> String? {
    let built = project + "/build/host"
    try? FileManager.default.removeItem(atPath: built)
    if let kept = objects[kind] {
      try FileManager.default.createDirectory(atPath: project + "/build", withIntermediateDirectories: true)
      let copied = try await ProcessResult.running("cp", ["-r", kept, built])
      guard copied.succeeded else { return copied.output }
    }
    // What compiles fastest: clang, which comes with Swift, without optimization and without lines for a debugger.
    let arguments = ["--silent", "-C", project, "-j2", "host", "CC=clang", "OPTIMIZE=-O0 -g0"] + kind.variables
    let result = try await ProcessResult.running("make", arguments)
    guard result.succeeded else { return result.output }
    if objects[kind] == nil { objects[kind] = try keep(built, kind) }
    return nil
  }

  /// Copies the shared objects of a build, and its flags.
  private func keep(_ built: String, _ kind: HostBuild) throws -> String {
    let kept = folder + "/objects-\(kind)"
    for name in Self.shared.map({ $0.dropLast(1) + "o" }) + ["flags"] {
      let place = URL(fileURLWithPath: kept + "/" + name)
      try FileManager.default.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
      try FileManager.default.copyItem(at: URL(fileURLWithPath: built + "/" + name), to: place)
    }
    return kept
  }
}
