import CEmitter
import Foundation
import NetworkIR
import Testing

/// Generated and embedded C against the project's own clang-format style.
struct FormatTests {
  @Test
  func `generated files are as clang-format would write them`() throws {
    let random = RandomNetwork(
      seed: 7, shape: Shape(height: 8, width: 8, channels: 6), kinds: GeneratedProjectTests.kinds, type: .uint4)
    let plan = HandPlanner.plan(random.network, style: GeneratedProjectTests.styles[1])
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("dory-format-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    var paths: [String] = []
    for file in try emitProject(network: random.network, plan: plan) {
      guard file.path.hasSuffix(".c") || file.path.hasSuffix(".h") else { continue }
      let url = directory.appendingPathComponent(file.path)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(file.contents).write(to: url)
      paths.append(url.path)
    }
    let style = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent(".clang-format")
    let run = try ProjectRun.run(
      "/usr/bin/clang-format", ["--style=file:\(style.path)", "--dry-run", "-Werror"] + paths)
    #expect(run.status == 0, Comment(rawValue: run.errors))
  }
}
