using RobotRL.Model;

namespace RobotRL.Safety;

/// <summary>Where the arm beside an arm is, rad.</summary>
public struct OtherPosture
{
    /// <summary>As measured last.</summary>
    public JointPositions MeasuredRad;

    /// <summary>Where its own gate means it to be: the same, once that arm has no power.</summary>
    public JointPositions ReferenceRad;
}

/// <summary>
/// The arm beside this one, in one posture of it: where each part of it is, in this arm's base frame. Parts are placed once a posture, and only when
/// somebody asks for them.
/// </summary>
internal sealed class OtherArm
{
    private readonly ArmBeside _beside;
    private readonly ArmKinematics _kinematics;
    private readonly BodyPart[] _parts;
    private readonly (Vector3D From, Vector3D To)[] _lines;
    private JointPositions _posture;
    private bool _isPlaced;

    /// <param name="robot">Both arms are of this kind.</param>
    /// <param name="beside">Where the other one stands.</param>
    /// <param name="kinematics">Of this kind of arm, for the other one's posture.</param>
    public OtherArm(RobotDescription robot, ArmBeside beside, ArmKinematics kinematics)
    {
        (_beside, _kinematics, _parts) = (beside, kinematics, [.. robot.Body.Parts]);
        _lines = new (Vector3D, Vector3D)[_parts.Length];
        for (var i = 0; i < robot.JointCount; i++) _posture[i] = robot.HomeRad[i];
    }

    /// <summary>What stays between parts of the two, m.</summary>
    public double DistanceM => _beside.DistanceM;

    /// <summary>Its posture, rad. Until it has told one it is taken to be at home.</summary>
    public ref readonly JointPositions PostureRad => ref _posture;

    /// <summary>Takes its posture. One that is no posture leaves the last one in force: that arm's own gate stops it.</summary>
    public void Show(in JointPositions posture)
    {
        foreach (var angle in posture)
            if (!double.IsFinite(angle)) return;
        (_posture, _isPlaced) = (posture, false);
    }

    /// <summary>The line of a part, in this arm's base frame.</summary>
    public (Vector3D From, Vector3D To) Line(int part)
    {
        if (!_isPlaced) Place();
        return _lines[part];
    }

    private void Place()
    {
        _isPlaced = true;
        _kinematics.Update(_posture);
        for (var i = 0; i < _lines.Length; i++)
        {
            var (from, to) = _kinematics.Line(_parts[i]);
            _lines[i] = (_beside.BaseInBase.Transform(from), _beside.BaseInBase.Transform(to));
        }
    }
}
