"""placeholder"""
from config.tests.school import School
def test_x(school: School, client) -> None:
    a = school.check("5413", None, "bags-hanging")
    school.check("5413", by=school.inspector2, clock="20:00")
    school.check("5420", None, "hats-hanging", {"defect":"bags-hanging","school_class":"0853"})
    for c in ["5403","3318"]: school.check(c)
    client.force_login(school.reviewer)
    r = client.get("/review/")
    print(r.content.decode())
    assert r.status_code == 200
    r = client.get(f"/review/{a.pk}/")
    assert r.status_code == 200
    r = client.post("/review/verify/", {"inspection": a.pk, "one": 1}, headers={"HX-Request": "true"})
    assert r.status_code == 200
    print(r.content.decode())
    assert client.get("/policies/1/").status_code == 200
