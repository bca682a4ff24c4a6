using RobotRL.Model;

namespace RobotRL.Configuration;

/// <summary>Reads the robot file's masses and sensors: <c>dynamics</c>, <c>joint_sensors</c>, <c>force_sensor</c>.</summary>
internal static class DynamicsSection
{
    public static ArmDynamics Read(Section s, int joints)
    {
        var links = s.Children("links", ReadBody);
        s.Require(links.Count == joints, "links", $"has {links.Count} bodies, needs {joints}, one a joint; correct the list");
        return new()
        {
            Links = links,
            ToolInFlange = s.Child("tool_in_flange", ReadBody),
            RotorInertiaKgM2 = s.Numbers("rotor_inertia_kg_m2", joints, 0, 100, "kg m²", "one a joint"),
            ViscousFrictionNmS = s.Numbers("viscous_friction_nm_s", joints, 0, 1000, "Nm s/rad", "one a joint"),
            BreakawayNm = s.Numbers("breakaway_nm", joints, 0, 1000, "Nm", "one a joint"),
            GravityMS2 = s.Vector("gravity_m_s2", -20, 20, "m/s²"),
            ObserverRatePerS = s.Number("observer_rate_per_s", 1, 1000, "1/s"),
        };
    }

    public static JointSensorParameters ReadJointSensors(Section s) => new(
        s.Number("moving_rad_s", 1e-5, 1, "rad/s"), s.DurationNs("repeat_max_ms", 1, 1000),
        s.DurationNs("window_ms", 1, 10_000), s.Number("tolerance_rad", 1e-5, 1, "rad"));

    public static ForceSensorParameters ReadForceSensor(Section s) => new(
        s.Vector("position_in_flange_m", -1, 1, "m"), s.Number("range_force_n", 1, 1e5, "N"), s.Number("range_torque_nm", 0.01, 1e4, "Nm"),
        s.DurationNs("repeat_max_ms", 1, 10_000));

    private static RigidBody ReadBody(Section s)
    {
        var mass = s.Number("mass_kg", 0, 1000, "kg");
        var center = s.Vector("center_of_mass_m", -2, 2, "m");
        var i = s.Numbers("inertia_kg_m2", 6, -100, 100, "kg m²", "xx, yy, zz, xy, xz, yz about the centre of mass");
        var body = new RigidBody(mass, center, new(i[0], i[1], i[2], i[3], i[4], i[5]));
        s.Require(body.Inertia.IsPhysical, "inertia_kg_m2", "is no rigid body's: a principal moment is negative or above the sum of the other two; correct it");
        return body;
    }
}
