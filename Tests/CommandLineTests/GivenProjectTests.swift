import Foundation
import Testing

/// `verify --project`: C that lies on disk, as it is.
struct GivenProjectTests {
  /// Mismatches by layer, in the order of the layers.
  private func mismatches(_ report: String) throws -> [(layer: String, count: Int)] {
    let data = try Data(contentsOf: URL(fileURLWithPath: report))
    let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let host = try #require((document["backends"] as? [String: Any])?["host"] as? [String: Any])
    let layers = try #require(host["layers"] as? [[String: Any]])
    return try layers.map { (try #require($0["name"] as? String), try #require($0["mismatches"] as? Int)) }
  }

  @Test func `of C that was changed the first layer that differs is named`() throws {
    try Tool.scratch { folder in
      let project = folder + "/project"
      let generated = try Tool.run(["generate", Tool.digits, "-o", project, "--backend", "host", "--l2", "131072"])
      #expect(generated.status == 0, "\(generated.errors)")
      let verify = ["verify", Tool.digits, "--project", project, "--random", "1", "--fast"]
      #expect(try Tool.run(verify).status == 0)

      let layer = URL(fileURLWithPath: project + "/layers/conv_03.c")
      let text = try String(contentsOf: layer, encoding: .utf8)
      let changed = text.replacing(".low = -128", with: ".low = 64")
      try #require(changed != text)
      try Data(changed.utf8).write(to: layer)
      let outcome = try Tool.run(verify + ["--json", folder + "/report.json"])
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("first difference: sample 0, conv_03 at "), "\(outcome.errors)")
      let counts = try mismatches(folder + "/report.json")
      let step = try #require(counts.firstIndex { $0.layer == "conv_03" })
      #expect(counts[..<step].allSatisfy { $0.count == 0 } && counts[step].count > 0, "\(counts)")

      try Data((changed + "\n#error no longer C\n").utf8).write(to: layer)
      let broken = try Tool.run(verify)
      #expect(broken.status == 1 && broken.errors.contains("[DG0031]"))
      #expect(broken.errors.contains("hint: mend what the compiler names"), "\(broken.errors)")
    }
  }

  @Test func `a folder without a plan is no project`() throws {
    try Tool.scratch { folder in
      let outcome = try Tool.run(["verify", Tool.digits, "--project", folder])
      #expect(outcome.status == 1 && outcome.errors.contains("plan.json: error: no such file [DG0001]"))
    }
  }
}
