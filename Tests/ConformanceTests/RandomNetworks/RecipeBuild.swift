import CEmitter
import Foundation
import Templates

@testable import Deployment

/// What compiles a recipe's programs, and how far it optimizes; in turns, by the recipe's seed.
enum RecipeCompiler: String {
  /// What compiles fastest: clang, which comes with Swift, without optimization and without lines for a debugger.
  case fastest = "clang -O0"
  /// As the Makefile has it, which users get.
  case asShipped = "the Makefile's"
  /// clang, which warns and optimizes in its own way.
  case optimizingClang = "clang, optimizing"
  case plainGCC = "gcc -O0"

  init(of recipe: Recipe) {
    switch recipe.seed >> 16 % 10 {
    case 0: self = .asShipped
    case 1: self = .optimizingClang
    case 2: self = .plainGCC
    default: self = .fastest
    }
  }

  /// What make is told.
  fileprivate var variables: [String] {
    switch self {
    case .fastest: ["CC=clang", "OPTIMIZE=-O0 -g0"]
    case .asShipped: []
    case .optimizingClang: ["CC=clang"]
    case .plainGCC: ["CC=gcc", "OPTIMIZE=-O0 -g0"]
    }
  }
}

/// Builds generated projects; what is the same in all of them is compiled once.
///
/// Objects of files that no figure of a network reaches are kept, and put into the folder of the next build with the record
/// of its flags, so that its own Makefile finds them up to date.
final class RecipeBuild {
  private let folder: String
  /// Folders of kept objects.
  private var objects: [String: String] = [:]

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
  func build(_ project: String, _ kind: HostBuild, by compiler: RecipeCompiler) async throws -> String? {
    let built = project + "/build/host"
    try? FileManager.default.removeItem(atPath: built)
    let name = "\(kind)-\(compiler)"
    if let kept = objects[name] {
      try FileManager.default.createDirectory(atPath: project + "/build", withIntermediateDirectories: true)
      let copied = try await ProcessResult.running("cp", ["-r", kept, built])
      guard copied.succeeded else { return copied.output }
    }
    let arguments = ["--silent", "-C", project, "-j2", "host"] + compiler.variables + kind.variables
    let result = try await ProcessResult.running("make", arguments)
    guard result.succeeded else { return result.output }
    if objects[name] == nil { objects[name] = try keep(built, as: name) }
    return nil
  }

  /// Copies the shared objects of a build, and its flags.
  private func keep(_ built: String, as name: String) throws -> String {
    let kept = folder + "/objects-\(name)"
    for name in Self.shared.map({ $0.dropLast(1) + "o" }) + ["flags"] {
      let place = URL(fileURLWithPath: kept + "/" + name)
      try FileManager.default.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
      try FileManager.default.copyItem(at: URL(fileURLWithPath: built + "/" + name), to: place)
    }
    return kept
  }
}
