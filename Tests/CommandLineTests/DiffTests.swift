import Foundation
import Testing

struct DiffTests {
  @Test func `diff draws both plans, beside what it says without, and ends alike`() throws {
    try Tool.scratch { folder in
      let (first, second, page) = (folder + "/a.json", folder + "/b.json", folder + "/diff.html")
      _ = try Tool.run(["plan", Tool.digits, "-o", first])
      _ = try Tool.run(["plan", Tool.digits, "--l2", "131072", "-o", second])
      let plain = try Tool.run(["diff", first, second])
      let drawn = try Tool.run(["diff", first, second, "--html", page])
      #expect((drawn.status, drawn.output, drawn.errors) == (1, plain.output, ""))
      let json = try Tool.run(["diff", first, second, "--json", "--html", page])
      #expect(try json.json()["equal"] as? Bool == false)
      let piped = try Tool.run(["diff", first, second, "--html", "-"])
      #expect(try piped.output == String(contentsOfFile: page, encoding: .utf8))
      #expect(piped.status == 1)
      #expect(piped.output.hasPrefix("<!DOCTYPE html>"))
      #expect(try Tool.run(["diff", first, first, "--html", page]).status == 0)
      #expect(try Tool.run(["diff", first, second, "--json", "--html", "-"]).status == 64)
      let over = try Tool.run(["diff", first, second, "--html", second])
      #expect(over.status == 1 && over.errors.contains("[DG0016]"))
    }
  }
}
