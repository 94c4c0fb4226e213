import CEmitter
import Crypto
import Foundation
import NetworkIR

/// A folder that appears whole or not at all: written beside its place under another name, then renamed.
///
/// It carries a manifest of its files and their hashes. Only a folder of which every file is in its manifest and unchanged
/// (what its Makefile builds aside) is ever replaced, and the folders of SDKs in it stay: nothing that somebody else wrote,
/// or edited, is lost.
enum OutputFolder {
  /// Name of the manifest: a line `SHA-256  path` for each file, by path.
  static let manifestName = ".dory-gen"

  /// Writes the files into a new folder at `path`, or replaces one that this tool wrote.
  ///
  /// - Throws: `Refusal` where the place is taken or can't be written; nothing is changed then.
  static func write(_ files: [GeneratedFile], to path: String) throws(Refusal) {
    let place = URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath()
    try checkFree(place, path: path)
    let staging = Staging(beside: place)
    do {
      for file in files + [manifest(of: files)] {
        try staging.write(file.contents, to: staging.url.appending(path: file.path))
      }
      try staging.takePlace(keeping: foldersOfSDKs(in: place))
    } catch {
      throw Refusal(
        Diagnostic(
          code: "DG0012", file: path, message: "can't be written: \(error.reason)",
          hint: "check permissions and free space; nothing was changed"))
    }
  }

  private static func manifest(of files: [GeneratedFile]) -> GeneratedFile {
    let lines = files.map { "\(SHA256.hash(data: $0.contents).hexadecimal)  \($0.path)\n" }
    return GeneratedFile(path: manifestName, contents: Array(lines.sorted().joined().utf8))
  }

  private static func checkFree(_ place: URL, path: String) throws(Refusal) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder) else { return }
    guard isFolder.boolValue else {
      throw Refusal(
        Diagnostic(code: "DG0010", file: path, message: "is a file, not a folder", hint: "give another place"))
    }
    let manifest = manifestHashes(place)
    let foreign = try files(in: place, path: path).filter { file in
      guard file != manifestName, !isOfSDK(file), !isBuilt(file, from: manifest) else { return false }
      guard let expected = manifest[file] else { return true }
      let data = try? Data(contentsOf: place.appending(path: file))
      return data.map { SHA256.hash(data: $0).hexadecimal != expected } ?? true
    }
    guard foreign.isEmpty else {
      let names = foreign.prefix(3).joined(separator: ", ") + (foreign.count > 3 ? ", …" : "")
      throw Refusal(
        Diagnostic(
          code: "DG0011", file: path,
          message: "holds \(Figures.count(foreign.count, "file")) not written by this tool, or changed since: \(names)",
          hint: "give an empty or new folder"))
    }
    let current = URL(fileURLWithPath: FileManager.default.currentDirectoryPath).resolvingSymlinksInPath().path
    guard current != place.path, !current.hasPrefix(place.path + "/") else {
      throw Refusal(
        Diagnostic(
          code: "DG0014", file: path,
          message: "is the current folder or contains it, so it can't be replaced as a whole",
          hint: "give a new folder"))
    }
  }

  /// Whether the project's Makefile makes a file: of a back-end its program and simulator, the flags they were built with,
  /// objects and what compilers write beside them.
  private static func isBuilt(_ file: String, from manifest: [String: String]) -> Bool {
    let parts = file.split(separator: "/", maxSplits: 2)
    guard parts.count == 3, parts[0] == "build" else { return false }
    if ["network", "network.elf", "simulator", "flags", "link.log", "optimize", "main"].contains(parts[2]) {
      return true
    }
    guard let ending = [".o", ".d", ".su"].first(where: parts[2].hasSuffix) else { return false }
    let source = parts[2].dropLast(ending.count)
    return [".c", ".S"].contains { manifest["\(source)\($0)"] != nil }
  }

  /// Whether a file is where gap_sdk (`BUILD`) or pulp-sdk (`build/pulp…`) builds. Nobody else knows everything that they
  /// write there, so what is not theirs can't be told.
  private static func isOfSDK(_ file: String) -> Bool {
    file == "BUILD" || file.hasPrefix("BUILD/") || file.hasPrefix("build/pulp")
  }

  /// The folders of which `isOfSDK` speaks, as far as they are there.
  private static func foldersOfSDKs(in place: URL) -> [String] {
    func names(_ folder: URL) -> [String] {
      ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    }
    return (names(place) + names(place.appending(path: "build")).map { "build/" + $0 }).filter(isOfSDK)
  }

  /// Paths of the files and links below a folder, and of folders that can't be read, sorted.
  private static func files(in folder: URL, path: String) throws(Refusal) -> [String] {
    guard let paths = try? FileManager.default.subpathsOfDirectory(atPath: folder.path) else {
      throw Refusal(
        Diagnostic(
          code: "DG0012", file: path, message: "can't be replaced, as it can't be read",
          hint: "check permissions; nothing was changed"))
    }
    return paths.filter { path in
      let full = folder.path + "/" + path
      let attributes = try? FileManager.default.attributesOfItem(atPath: full)
      let isFolder = attributes?[.type] as? FileAttributeType == .typeDirectory
      return !isFolder || !FileManager.default.isReadableFile(atPath: full)
    }.sorted()
  }

  private static func manifestHashes(_ folder: URL) -> [String: String] {
    guard let data = try? Data(contentsOf: folder.appending(path: manifestName)) else { return [:] }
    var hashes: [String: String] = [:]
    for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
      guard let separator = line.firstRange(of: "  ") else { continue }
      hashes[String(line[separator.upperBound...])] = String(line[..<separator.lowerBound])
    }
    return hashes
  }
}
