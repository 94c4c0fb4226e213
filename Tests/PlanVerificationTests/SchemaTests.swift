import Foundation
import NetworkIR
import Testing

struct SchemaTests {
  private static func validation() throws -> SchemaValidation {
    let tests = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    let file = tests.appending(path: "../../docs/plan.schema.json").standardizedFileURL
    return SchemaValidation(schema: try JSONDecoder().decode(JSONTree.self, from: Data(contentsOf: file)))
  }

  @Test(arguments: ValidPlans.names)
  func `a plan follows the published schema`(name: String) throws {
    let problems = try Self.validation().problems(in: try JSONTree(encoding: ValidPlans.plan(name)))
    #expect(problems.isEmpty, "\(problems.joined(separator: "\n"))")
  }

  @Test(arguments: ["full", "paged"])
  func `the schema names every field and accepts no other`(name: String) throws {
    let validation = try Self.validation()
    let tree = try JSONTree(encoding: ValidPlans.plan(name))
    var objects: [(path: [JSONTree.Key], members: [String: JSONTree])] = []
    tree.forEachPart { path, part in
      if case .object(let members) = part { objects.append((path, members)) }
    }
    for (path, members) in objects {
      let added = tree.changing(path[...]) { _ in .object(members.merging(["surplus": .null]) { $1 }) }
      #expect(try !validation.problems(in: #require(added)).isEmpty, "surplus in \(path)")
      for member in members.keys where !["constants", "requantization", "isRowwise", "flash", "write"].contains(member)
      {
        let dropped = tree.changing(path[...]) { _ in .object(members.filter { $0.key != member }) }
        #expect(try !validation.problems(in: #require(dropped)).isEmpty, "no \(member) in \(path)")
      }
    }
  }
}
