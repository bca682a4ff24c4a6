using System.Globalization;
using System.Xml.Linq;
using RobotRL.Configuration;
using RobotRL.Control.Contract;
using RobotRL.Model;

namespace RobotRL.Robots.Mujoco.Tests;

/// <summary>The capsules of the shipped robot file against the shapes that the scenes give the arm: the links' frames are the same in both.</summary>
public class BodyTests
{
    /// <summary>A shape may stand out of its capsules by so much, m.</summary>
    private const double OutM = 0.012;

    [Fact]
    public void Every_link_of_the_simulated_arm_lies_within_its_parts()
    {
        var robot = RunConfiguration.Load(Panda.Configuration("reach")).Robot;
        var scene = XElement.Load(Path.Combine(Path.GetDirectoryName(Panda.Scene("reach"))!, "..", "..", "panda", "panda.xml"));
        var checkedShapes = 0;
        List<string> beyond = [];
        for (var link = 1; link <= robot.JointCount; link++)
        {
            var body = scene.Descendants("body").Single(b => (string?)b.Attribute("name") == $"link{link}");
            var parts = robot.Body.Parts.Where(p => p.Link == link || (link == robot.JointCount && p.Link > link)).ToArray();
            foreach (var geom in body.Elements("geom"))
            {
                var ends = Numbers((string)geom.Attribute("fromto")!);
                var radius = Numbers((string)geom.Attribute("size")!)[0];
                for (var k = 0; k <= 10; k++)
                {
                    var p = new Vector3D(ends[0], ends[1], ends[2]) * (1 - k / 10.0) + new Vector3D(ends[3], ends[4], ends[5]) * (k / 10.0);
                    var outM = parts.Min(part => Distance(p, part) + radius - part.RadiusM);
                    if (outM > OutM)
                        beyond.Add($"link {link}, {(string)geom.Attribute("fromto")!}: "
                            + $"{outM * 1e3:0} mm out of {string.Join(", ", parts.Select(x => x.Name))}");
                }
                checkedShapes++;
            }
        }
        Assert.Empty(beyond);
        Assert.True(checkedShapes >= 11, $"{checkedShapes} shapes");
    }

    [Theory]
    [InlineData("reach")]
    [InlineData("maze")]
    [InlineData("peg-insert")]
    [InlineData("pick-lift")]
    public void Every_shipped_arm_is_clear_of_everything_at_home_and_at_the_corners_of_its_workspace(string task)
    {
        var configuration = RunConfiguration.Load(Panda.Configuration(task));
        var skeleton = new Skeleton(configuration.Robot, configuration.Task.EndEffectorInFlange);
        JointPositions home = default;
        for (var i = 0; i < configuration.Robot.JointCount; i++) home[i] = configuration.Robot.HomeRad[i];
        skeleton.Update(home);
        var gaps = skeleton.Gaps();
        for (var i = 0; i < gaps.Length; i++) Assert.True(gaps[i] > 0.02, $"{skeleton.NameOf(i)}: {gaps[i] * 1e3:0} mm");
        var (tilt, yaw) = Skeleton.TiltAndYaw(configuration.Robot.Limits.Orientation.Nominal, skeleton.EndEffector.Orientation);
        Assert.True(tilt < 0.01 && Math.Abs(yaw) < 0.01, $"{tilt} {yaw}");
    }

    private static double Distance(in Vector3D p, BodyPart part)
    {
        // The hand's parts hang on the flange, 107 mm beyond the last link's frame.
        var offset = part.Link > 7 ? new Vector3D(0, 0, 0.107) : Vector3D.Zero;
        var (a, d) = (part.From + offset, part.To - part.From);
        var t = d.LengthSquared == 0 ? 0 : Math.Clamp(Vector3D.Dot(p - a, d) / d.LengthSquared, 0, 1);
        return (p - a - d * t).Length;
    }

    private static double[] Numbers(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => double.Parse(n, CultureInfo.InvariantCulture))];
}
